import type { SameKeys } from "../words";
import type en from "../en/journeys";

const zh: SameKeys<typeof en> = {
  charts: { day: "日期" },
  overview: {
    title: "总览",
    lead: "这条业务线的整体情况。",
    people: "用户数",
    identified_one: "其中 {{shown}} 人已识别",
    identified_other: "其中 {{shown}} 人已识别",
    newPeople: "新增用户",
    orders: "订单数",
    revenue: "营收",
    events: "事件数",
    overTime: "变化趋势",
    overTimeNote: "点击某一天，只看那一天。",
    measure: "指标",
    measures: { actives: "活跃用户", orders: "订单数", revenue: "营收" },
    byEvent: "各事件次数",
    event: "事件",
    unnamedEvent: "（无名称）",
    count: "次数",
    share: "占比",
    empty: {
      title: "还没有事件",
      text: "使用写入密钥发送事件，或导入文件，一两秒后即可在此看到。",
      periodText: "这段时间没有发生任何事件，请换一个时间范围，或查看全部时间。",
      keys: "获取写入密钥",
      import: "导入数据",
      allTime: "查看全部时间",
    },
  },
  visits: {
    started: "开始时间",
    length: "时长",
    bounce: "仅一个事件",
    events: "事件数",
    pages: "页面数",
    entry: "入口页面",
    source: "来源",
    empty: { title: "还没有访问", text: "间隔不超过 30 分钟的事件归为一次访问，数秒后即会显示。" },
  },
  truth: {
    label: "数据说明",
    period: "时间范围：{{period}}",
    zone: "时区：{{zone}}",
    freshness: "数据完整至：",
    exact: "精确值",
    estimate: "估算值",
    exactHint: "逐条计数，没有抽样或取整。",
    estimateHint: "由抽样或近似算法得出，与真实值可能略有出入。",
  },
};

export default zh;
