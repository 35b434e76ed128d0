import { describe, expect, test } from "vitest";
import { scheduleFault, timeZoneFault } from "../../../src/sandbox/rules/schedule.js";

describe("schedules that are some", () => {
  test.each([
    "* * * * *",
    "*/5 0-23/2 1,15 jan-dec MON-FRI",
    "0 0 ? * 0",
    "@daily",
    "@every 1h30m",
    "CRON_TZ=Etc/UTC 5 4 * * *",
    "5/10 * * * *",
  ])("%s", (schedule) => expect(scheduleFault(schedule)).toBeUndefined());
});

describe("schedules that are none", () => {
  test.each([
    ["", "expected exactly 5 fields, found 0: []"],
    ["* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["1/2/3 * * * *", "too many slashes: 1/2/3"],
    ["a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ["@now", "unrecognized descriptor: @now"],
  ])("%s: %s", (schedule, fault) => expect(scheduleFault(schedule)).toBe(fault));
});

test("time zones are those of the IANA database", () => {
  expect(timeZoneFault("Europe/Berlin")).toBeUndefined();
  expect(timeZoneFault("Nowhere/Land")).toBe("unknown time zone Nowhere/Land");
});
