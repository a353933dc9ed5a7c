import type { SameKeys } from "../words";
import type en from "../en/profiles";

const zh: SameKeys<typeof en> = {
  people: {
    title: "用户",
    lead: "所有有过行为的用户，由一个或多个 ID 识别。",
    search: "姓名、邮箱、手机号、任意 ID 或属性",
    paging: "用户分页",
    firstPage: "第一页",
    nextPage: "下一页",
    unnamed: "用户 {{id}}",
    person: "用户",
    events: "事件数",
    orders: "订单数",
    revenue: "营收",
    firstSeen: "首次出现",
    lastSeen: "最近出现",
    idKinds: { user_id: "用户 ID", anonymous_id: "匿名 ID", email: "邮箱", phone: "手机号" },
    noMatch: { title: "没有找到用户", text: "搜索从 ID 和属性的开头匹配，请检查拼写。" },
    empty: { title: "还没有用户", text: "有了第一条事件，用户就会出现在这里。" },
  },
  person: {
    tabs: { timeline: "时间线", visits: "访问", traits: "属性", identities: "身份" },
    moreIds_one: "另有 {{count}} 个",
    moreIds_other: "另有 {{count}} 个",
    filterEvent: "事件名称",
    noEvents: "没有符合条件的事件",
    timelineEnd: "已到最早的一条。",
    trait: "属性",
    value: "取值",
    since: "更新时间",
    history: "历史",
    historyOf: "{{trait}} 的历史",
    noTraits: { title: "还没有属性", text: "属性来自身份识别调用和数据导入。" },
    ids: "标识",
    idsNote: "指向该用户的所有 ID。",
    idKind: "类型",
    idValue: "ID",
    links: "关联",
    linksNote: "这些 ID 为何属于同一人。撤销后会重新拆分，所有报表随之更新。",
    noLinks: "只有一个 ID，没有关联",
  },
};

export default zh;
