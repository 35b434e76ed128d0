/** What the bench prints: a line per figure, with what it is held against and what is wanted of it. */

export interface Line {
  title: string;
  ours: string;
  /** What `ours` is held against. */
  beside: string;
  measured: string;
  goal?: { text: string; holds: boolean };
}

/** How many times as fast kapply is as a peer. */
export function faster(title: string, ours: number, theirs: number, peer: string, atLeast?: number): Line {
  const ratio = theirs / ours;
  return {
    title,
    ours: seconds(ours),
    beside: `${seconds(theirs)} ${peer}`,
    measured: `${ratio.toFixed(1)} x as fast`,
    ...(atLeast === undefined ? {} : { goal: { text: `at least ${atLeast}`, holds: ratio >= atLeast } }),
  };
}

/** How many times as long kapply takes as something else. */
export function longer(title: string, ours: number, other: number, what: string, most?: number): Line {
  const ratio = ours / other;
  return {
    title,
    ours: seconds(ours),
    beside: `${seconds(other)} ${what}`,
    measured: `${ratio.toFixed(2)} x as long`,
    ...(most === undefined ? {} : { goal: { text: `at most ${most}`, holds: ratio <= most } }),
  };
}

/** A figure that has a limit. */
export function limited(title: string, figure: number, unit: string, most: number): Line {
  const measured = `${Math.round(figure)}${unit}`;
  return {
    title,
    ours: "",
    beside: "",
    measured,
    goal: { text: `at most ${most}${unit}`, holds: figure <= most },
  };
}

/** Whether a figure is what it was asked to be, give or take. */
export function near(title: string, figure: number, unit: string, wanted: number, tolerance: number): Line {
  const measured = `${figure.toFixed(1)}${unit}`;
  const holds = Math.abs(figure - wanted) <= tolerance;
  return {
    title,
    ours: "",
    beside: "",
    measured,
    goal: { text: `${wanted}${unit}, by ${tolerance}`, holds },
  };
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

export const heading = columns(["", "kapply", "beside", "measured", "goal"]);

export function lineText({ title, ours, beside, measured, goal }: Line): string {
  const verdict = goal === undefined ? "" : `${goal.text.padEnd(16)}${goal.holds ? "holds" : "MISSED"}`;
  return columns([title, ours, beside, measured, verdict]);
}

function columns([title = "", ours = "", beside = "", measured = "", goal = ""]: string[]): string {
  return `${title.padEnd(38)}${ours.padStart(8)}   ${beside.padEnd(22)}${measured.padEnd(16)}${goal}`.trimEnd();
}
