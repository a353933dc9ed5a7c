export default {
  review: {
    title: "Monthly review",
    lead: "Goals and results, what was tried, what worked, what was retired, what to decide next and who decided: made from the numbers of this moment.",
    month: "Month",
    html: "HTML",
    pdf: "PDF",
    open: "Open",
  },
};
