import type { SameKeys } from "../words";
import type en from "../en/faults";

const zh: SameKeys<typeof en> = {
  conditionFaults: {
    characters: "含有无法保存的字符。",
    empty: "至少需要一个条件。",
    form: "写法不符合要求。",
    long: "内容过长，最多 {{most}} 个字符。",
    misfit: "该判断方式与所判断内容的类型不符。",
    no_past: "这里只知道现在的情况。",
    not_here: "此处不能使用这种条件。",
    number: "必须是有效范围内的数字。",
    order: "起始值大于结束值，请对调。",
    property: "该统计方式不需要属性，或缺少属性。",
    range: "必须介于 {{least}} 和 {{most}} 之间。",
    regex: "不是可用的正则表达式；不支持环视和反向引用。",
    steps: "需要 {{least}} 到 {{most}} 个步骤。",
    text: "必须是 1 到 {{most}} 个字符的文本。",
    time: "必须是时间判断：早于、晚于或介于，并填写日期或时间。",
    too_many: "数量或层级过多，最多 {{most}}。",
    unknown: "无法识别“{{got}}”，可用的有：{{known}}。",
    unknown_tag: "没有这个标签：{{tag}}。",
    value: "缺少值，或值的类型与该判断方式不符。",
    zone: "只有时间窗口和时间判断可以选择时区：工作区时区或用户本地时间。",
    unknown_segment: "没有这个分群：{{name}}。",
    circle: "分群之间形成了循环引用。",
  },
};

export default zh;
