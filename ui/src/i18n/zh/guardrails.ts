import type { SameKeys } from "../words";
import type en from "../en/guardrails";

const zh: SameKeys<typeof en> = {
  guardrails: {
    title: "护栏",
    lead: "成对关注：短期指标可以涨，但不能以长期指标变差为代价。",
    none: "还没有护栏",
    judging: "正在检查护栏…",
    look: "查看护栏",
    calm_one: "{{count}} 对护栏正常：没有以牺牲长期换取短期。",
    calm_other: "{{count}} 对护栏正常：没有以牺牲长期换取短期。",
    someUnknown_one: "另有 {{count}} 对暂时无法判断。",
    someUnknown_other: "另有 {{count}} 对暂时无法判断。",
    early: "护栏暂时无法判断：至少需要五个有数值的完整周。",
    states: { red: "红色", watch: "关注", green: "正常", unknown: "暂无法判断" },
    units: { week: "按周", month: "按月" },
    standard: "系统自带",
    said: {
      red: "{{when}}，{{short}}变好（{{shortUsual}} → {{shortNow}}），{{long}}却变差（{{longUsual}} → {{longNow}}）：短期成绩可能以长期价值为代价。",
      watch: "{{when}}，{{long}}变差（{{longUsual}} → {{longNow}}），而{{short}}没有变好（{{shortUsual}} → {{shortNow}}）。",
      green: "{{when}}，{{long}}为 {{longNow}}（通常 {{longUsual}}），{{short}}为 {{shortNow}}（通常 {{shortUsual}}）。",
      unknown: "{{short}}和{{long}}还没有足够的完整数据，无法判断什么算正常。",
    },
    usually: "通常 {{value}}",
    tooEarly: "历史数据不足",
    rule: "判断规则",
    add: "添加护栏",
    added: "护栏已添加。",
    short: "可以涨的短期指标",
    long: "不能变差的长期指标",
    others: "其他指标",
    another: "请选择与上面不同的指标。",
    unit: "判断周期",
    least: "最小变化幅度",
    leastNote: "变化小于此值时视为正常。",
    delete: "删除护栏",
    deleteOf: "删除护栏：{{name}}",
    deleteTitle: "不再关注“{{name}}”？",
    deleteText: "指标本身不受影响，以后可以重新添加。",
    deleted: "护栏已删除。",
  },
};

export default zh;
