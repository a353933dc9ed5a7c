import type { SameKeys } from "../words";
import type en from "../en/simulation";

const zh: SameKeys<typeof en> = {
  simulation: {
    open: "用历史试运行",
    title: "{{name}}：用历史试运行",
    lead: "草稿会用与上线时相同的引擎走一遍真实发生过的历史。不会触达任何人，也不会改动任何数据。",
    stretch: "回看多久",
    days_one: "{{count}} 天",
    days_other: "{{count}} 天",
    going: "正在回放 {{count}} 天的历史。时间段较长且带条件的流程可能需要几分钟……",
    sent: "本会发送",
    ofAsked: "流程要求发送 {{n}} 条",
    inside: "结束时仍在流程中",
    anyway: "无需触达也达成目标",
    anywayNote: "没有收到任何消息：流程要超过的基线",
    step: "步长 {{count}} 分钟",
    today: "地址、订阅与限制按今天计算",
    since: "历史最早只到",
    present_one: "有 {{count}} 个条件用到标签或名单，只知道今天的情况，因此按今天计算。",
    present_other: "有 {{count}} 个条件用到标签或名单，只知道今天的情况，因此按今天计算。",
    map: "大家走了哪条路",
    mapNote: "步骤上的数字来自本次试运行",
    byDay: { title: "按天", messages: "消息", entered: "进入" },
    lost: {
      title: "哪些消息受阻",
      note: "推迟的消息之后仍可能发出",
      why: "原因",
      what: "结果",
      none: "没有任何消息受阻。",
    },
    meetings: {
      title: "与其他流程相遇",
      note: "这些人当时确实同时在这些流程里",
      flow: "流程",
      people: "人数",
    },
    examples: "本会进入的一些人",
  },
};

export default zh;
