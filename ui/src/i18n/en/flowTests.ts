export default {
  flowTests: {
    title: "A/B test: {{step}}",
    winner: "{{way}} has won on {{at}}: everybody who comes now takes it.",
    open: "Not decided yet.",
    rule: "It wins with {{percent}}% certainty and at least {{people}} people on each way whose days are over.",
    way: "Way",
    people: "People",
    reached: "Reached",
    rate: "Rate",
    best: "Best with",
    waiting: "Days not over",
    weighed: "Rate, of everybody",
  },
};
