import access from "./access";
import collect from "./collect";
import common from "./common";
import config from "./config";
import handover from "./handover";
import identity from "./identity";
import imports from "./imports";
import journeys from "./journeys";
import lifecycle from "./lifecycle";
import lists from "./lists";
import models from "./models";
import plan from "./plan";
import profiles from "./profiles";
import segments from "./segments";
import tagEditor from "./tagEditor";
import tags from "./tags";
import understanding from "./understanding";

export default {
  ...common,
  ...access,
  ...collect,
  ...imports,
  ...plan,
  ...identity,
  ...profiles,
  ...journeys,
  ...segments,
  ...lists,
  ...handover,
  ...understanding,
  ...config,
  ...tags,
  ...tagEditor,
  ...lifecycle,
  ...models,
};
