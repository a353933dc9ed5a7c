import type { SameKeys } from "../words";
import type en from "../en/dryRun";

const zh: SameKeys<typeof en> = {
  dryRun: {
    open: "试跑",
    title: "{{name}}：试跑",
    lead: "草稿从现在起跟随真实流量，使用与上线时相同的引擎和相同的发送判定；不会发送任何消息，也不会执行任何操作。",
    start: "开始试跑",
    end: "结束试跑",
    launch: "按试跑内容上线",
    launchTitle: "上线这个流程？",
    launchText: "到目前为止有 {{people}} 人进入，本会发送 {{messages}} 条消息。上线后会真正发送；试跑中的用户会重新开始。",
    since: "开始于",
    was: "运行时间",
    older: "试跑开始后草稿有修改。请结束后重新开始，以试跑新的草稿。",
    waiting: "尚未判定",
    mapNote: "步骤上的数字来自本次试跑",
    notDone: "仅记录、未执行：",
    effects: { tag: "标签", event: "事件与属性", exposure: "实验曝光", webhook: "接口调用", task: "人工任务" },
    verdicts: { hold: "推迟", suppress: "不发送", expire: "已过期", cancel: "试跑已结束" },
    day: "日期",
    when: "时间",
    who: "用户",
    what: "内容",
    latest: "最近本会发出的消息",
    empty: { title: "还没有试跑过", text: "开始试跑，看看草稿在真实流量下会发送什么。可以随时结束，或直接上线。" },
  },
};

export default zh;
