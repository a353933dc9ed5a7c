import access from "./access";
import collect from "./collect";
import common from "./common";
import identity from "./identity";
import imports from "./imports";
import journeys from "./journeys";
import plan from "./plan";
import profiles from "./profiles";
import segments from "./segments";
import tagEditor from "./tagEditor";
import tags from "./tags";

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
  ...tags,
  ...tagEditor,
};
