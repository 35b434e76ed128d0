/** Durations as people read them: `5s`, `3m10s`, `4d3h`. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * A duration of milliseconds, in two or three figures. Clocks that are apart by less than two seconds are taken as
 * equal.
 *
 * Source: apimachinery pkg/util/duration/duration.go (`HumanDuration`).
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / second);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${String(seconds)}s`;
  const minutes = Math.trunc(milliseconds / minute);
  if (minutes < 10) return both(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${String(minutes)}m`;
  const hours = Math.trunc(milliseconds / hour);
  if (hours < 8) return both(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${String(hours)}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return both(days, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${String(days)}d`;
  const years = Math.trunc(days / 365);
  return hours < 24 * 365 * 8 ? both(years, "y", days % 365, "d") : `${String(years)}y`;
}

function both(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${String(large)}${unit}` : `${String(large)}${unit}${String(small)}${smallUnit}`;
}

/** The time from a moment in RFC 3339 until now. */
export function since(time: unknown, now: number): string {
  const at = typeof time === "string" ? Date.parse(time) : NaN;
  return Number.isNaN(at) ? "<unknown>" : humanDuration(now - at);
}
