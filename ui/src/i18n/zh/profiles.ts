import type { SameKeys } from "../words";
import type en from "../en/profiles";

const zh: SameKeys<typeof en> = { people: { unnamed: "用户 {{id}}" } };
export default zh;
