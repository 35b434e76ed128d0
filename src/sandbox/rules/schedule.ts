/**
 * Schedules of CronJobs, and what their parser says of what is none.
 *
 * Source: github.com/robfig/cron/v3 parser.go; kubernetes pkg/apis/batch/validation (`validateTimeZone`).
 */

interface Bounds {
  min: number;
  max: number;
  names?: readonly string[];
}

const fields: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  {
    min: 1,
    max: 12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

const descriptors = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;

/** Why a text is no schedule; undefined when it is one. */
export function scheduleFault(schedule: string): string | undefined {
  const spec = schedule.replace(/^(CRON_)?TZ=\S* */, "");
  if (spec.startsWith("@every ")) return durationFault(spec.slice("@every ".length));
  if (spec.startsWith("@")) return descriptors.test(spec) ? undefined : `unrecognized descriptor: ${spec}`;
  const given = spec.split(/\s+/).filter((field) => field !== "");
  if (given.length !== 5) return `expected exactly 5 fields, found ${given.length}: [${given.join(" ")}]`;
  for (const [index, bounds] of fields.entries()) {
    for (const range of (given[index] ?? "").split(",").filter((part) => part !== "")) {
      const fault = rangeFault(range, bounds);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function durationFault(text: string): string | undefined {
  if (
    /^[-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(text) ||
    text === "0"
  )
    return undefined;
  return `failed to parse duration @every ${text}: time: invalid duration "${text}"`;
}

/** `number | number "-" number [ "/" number ]`, with `*` or `?` for all. */
function rangeFault(range: string, bounds: Bounds): string | undefined {
  const [span = "", stepText, ...moreSteps] = range.split("/");
  const [low = "", high, ...more] = span.split("-");
  let [start, end] = [bounds.min, bounds.max];
  if (low !== "*" && low !== "?") {
    const from = numberOf(low, bounds);
    if (typeof from === "string") return from;
    if (more.length > 0) return `too many hyphens: ${range}`;
    const to = high === undefined ? from : numberOf(high, bounds);
    if (typeof to === "string") return to;
    start = from;
    end = to;
  }
  if (moreSteps.length > 0) return `too many slashes: ${range}`;
  const step = stepText === undefined ? 1 : numberOf(stepText, { min: 0, max: 0 });
  if (typeof step === "string") return step;
  if (stepText !== undefined && high === undefined) end = bounds.max;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${range}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${range}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${range}`;
  if (step === 0) return `step of range should be a positive number: ${range}`;
  return undefined;
}

/** A number or a name as a number; a fault where it is neither. */
function numberOf(text: string, { min, names }: Bounds): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + min;
  if (!/^[-+]?\d+$/.test(text))
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  const number = Number(text);
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
}

/** Why a text is no time zone. */
export function timeZoneFault(zone: string): string | undefined {
  if (zone === "") return "timeZone must be nil or non-empty string";
  if (zone.toLowerCase() === "local")
    return "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return /^[+-]/.test(zone) ? `unknown time zone ${zone}` : undefined;
  } catch {
    return `unknown time zone ${zone}`;
  }
}
