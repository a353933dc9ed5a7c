// How long was a page really looked at? While it is visible and somebody does something, or did a moment ago.

const IDLE = 30_000;
const LOOK = 5_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "scroll", "wheel", "touchstart"];

export interface Engagement {
  /** Engaged milliseconds since the last call. */
  take(): number;
}

/** beat: called when `heartbeat` milliseconds of engagement have gathered, with the page still open. */
export function makeEngagement(heartbeat: number, beat: () => void): Engagement {
  const now = () => performance.now();
  let engaged = 0;
  let since = now();
  let active = since;
  let visible = document.visibilityState === "visible";

  const count = () => {
    const at = now();
    if (visible) engaged += Math.max(0, Math.min(at, active + IDLE) - since);
    since = at;
  };
  const sign = () => {
    count();
    active = since;
  };
  for (const name of SIGNS) addEventListener(name, sign, { capture: true, passive: true });
  document.addEventListener(
    "visibilitychange",
    () => {
      count();
      visible = document.visibilityState === "visible";
      active = since;
    },
    { capture: true },
  );
  setInterval(() => {
    count();
    if (engaged >= heartbeat) beat();
  }, LOOK);

  return {
    take() {
      count();
      const taken = engaged;
      engaged = 0;
      return taken;
    },
  };
}
