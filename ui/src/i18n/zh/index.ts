import access from "./access";
import acquisition from "./acquisition";
import alerts from "./alerts";
import bottlenecks from "./bottlenecks";
import campaigns from "./campaigns";
import change from "./change";
import cocreation from "./cocreation";
import collect from "./collect";
import common from "./common";
import config from "./config";
import customMetrics from "./customMetrics";
import dashboards from "./dashboards";
import dryRun from "./dryRun";
import evaluation from "./evaluation";
import faults from "./faults";
import featureFlags from "./featureFlags";
import flowTests from "./flowTests";
import flows from "./flows";
import guardrails from "./guardrails";
import handover from "./handover";
import holdouts from "./holdouts";
import identity from "./identity";
import imports from "./imports";
import journeyMap from "./journeyMap";
import journeys from "./journeys";
import kpis from "./kpis";
import lifecycle from "./lifecycle";
import lists from "./lists";
import forecasts from "./forecasts";
import messageDesign from "./messageDesign";
import models from "./models";
import needs from "./needs";
import outreach from "./outreach";
import plan from "./plan";
import profiles from "./profiles";
import receipts from "./receipts";
import referrals from "./referrals";
import reports from "./reports";
import review from "./review";
import scenes from "./scenes";
import segments from "./segments";
import simulation from "./simulation";
import spend from "./spend";
import survival from "./survival";
import uplift from "./uplift";
import tagEditor from "./tagEditor";
import tags from "./tags";
import inbox from "./inbox";
import connection from "./connection";
import tasks from "./tasks";
import ladder from "./ladder";
import ties from "./ties";
import trials from "./trials";
import understanding from "./understanding";

export default {
  ...common,
  ...access,
  ...collect,
  ...cocreation,
  ...imports,
  ...plan,
  ...identity,
  ...profiles,
  ...journeys,
  ...journeyMap,
  ...bottlenecks,
  ...reports,
  ...receipts,
  ...referrals,
  ...scenes,
  ...segments,
  ...simulation,
  ...lists,
  ...handover,
  ...understanding,
  ...config,
  ...tags,
  ...survival,
  ...uplift,
  ...tagEditor,
  ...lifecycle,
  ...ladder,
  ...ties,
  ...trials,
  ...forecasts,
  ...messageDesign,
  ...models,
  ...kpis,
  ...alerts,
  ...spend,
  ...dryRun,
  ...faults,
  ...acquisition,
  ...change,
  ...evaluation,
  ...review,
  ...guardrails,
  ...featureFlags,
  ...flowTests,
  ...flows,
  ...holdouts,
  ...campaigns,
  ...customMetrics,
  ...dashboards,
  ...needs,
  ...outreach,
  ...inbox,
  ...connection,
  ...tasks,
};
