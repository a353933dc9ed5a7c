import type { SameKeys } from "../words";
import type en from "../en/flowTests";

const zh: SameKeys<typeof en> = {
  flowTests: {
    title: "A/B 测试：{{step}}",
    winner: "{{way}} 已于 {{at}} 胜出，此后的人都走这一路。",
    open: "尚未分出胜负。",
    rule: "当某一路有 {{percent}}% 的把握最好，且每路至少有 {{people}} 人满期时胜出。",
    way: "分支",
    people: "人数",
    reached: "已达成",
    rate: "达成率",
    best: "最好的概率",
    waiting: "未满期",
    weighed: "达成率（按概率校正）",
  },
};

export default zh;
