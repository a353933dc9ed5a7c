import type { SameKeys } from "../words";
import type en from "../en/lifecycle";

const zh: SameKeys<typeof en> = {
  lifecycle: {
    title: "生命周期",
    lead: "用户处在与您关系的哪个阶段，从首次访问到流失，以及他们正在往哪里走。",
    weeksLabel: "时间范围",
    weeks: "{{n}} 周",
    toTag: "阶段标签",
    now: "当前分布",
    nowNote: "点击数字查看对应的用户。",
    stage: "阶段",
    people: "人数",
    share: "占比",
    change: "本周变化",
    toSegment: "用“{{stage}}”建立分群",
    movement: "每周流转",
    movementNote: "每条色带代表从一个阶段流向另一个阶段或停留的用户，点击可查看当周数据。",
    recorded: "数据为当时的实际记录。",
    computed: "按现行规则，由截至当时的事件推算。",
    moves: "阶段变化",
    move: "流向",
    week: "周",
    fromTo: "{{from}} – {{to}}",
    nowhere: "尚未出现",
    peopleCount_one: "{{n}} 人",
    peopleCount_other: "{{n}} 人",
    noMoves: { title: "没有人改变阶段", text: "请选择其他周。" },
    nobody: { title: "还没有人处于任何阶段", text: "标签首次计算完成后即可看到。" },
    noTag: {
      title: "尚未安装阶段标签",
      text: "生命周期属于标准标签。请先安装标准标签，并确认哪些事件是注册和购买。",
      action: "前往标签",
    },
  },
};

export default zh;
