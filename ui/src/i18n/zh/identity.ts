import type { SameKeys } from "../words";
import type en from "../en/identity";

const zh: SameKeys<typeof en> = {
  merges: {
    title: "合并记录",
    lead: "记录每一次“两个 ID 属于同一人”的判断。原始数据不会改写，因此都可以撤销。",
    all: "全部",
    link: "关联",
    person: "用户",
    cause: "依据",
    causes: { external: "外部 ID 或属性", identify: "同一事件", alias: "别名合并", manual: "人工合并" },
    state: "状态",
    states: { active: "生效", rejected: "未采纳", undone: "已撤销" },
    when: "时间",
    undo: "撤销",
    undoTitle: "撤销这次合并？",
    undoText: "这些 ID 将重新成为不同的用户，事件、属性和所有报表会在数秒内随之更新。",
    undone: "合并已撤销",
    redo: "重新合并",
    redone: "已重新合并",
    mergeWith: "与其他用户合并",
    merge: "合并",
    merged: "已合并为一个用户",
    joins_one: "将合并 {{count}} 个用户",
    joins_other: "将合并 {{count}} 个用户",
    joinsText: "在所有报表中将视为同一个用户，可随时撤销。",
    cannot: "无法合并",
    refusals: {
      shared: "其中一个 ID 由多人共用。",
      blocked: "其中一个 ID 不指向任何人。",
      same: "他们已经是同一个用户。",
      ids: "合并后该用户的 ID 数量过多。",
      merges: "该用户的合并次数过多。",
      limit: "合并后该用户的此类 ID 过多：{{kind}}。",
    },
    empty: { title: "没有合并记录", text: "当一个事件带有两个 ID、发生别名合并或人工合并用户时，会在这里留下记录。" },
  },
};

export default zh;
