export default {
  people: { unnamed: "Person {{id}}" },
};
