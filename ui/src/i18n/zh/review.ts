export default {
  review: {
    title: "月度复盘",
    lead: "目标与结果、尝试、成效、停用、待决定的建议以及决定人，均由当前数据生成。",
    month: "月份",
    html: "HTML",
    pdf: "PDF",
    open: "打开",
  },
};
