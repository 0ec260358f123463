import type { Maybe } from "../bson/types.ts";
import { typeName } from "../bson/types.ts";
import { dateAt } from "./expression-arithmetic.ts";
import { constantOf, located, nullish } from "./expression-support.ts";
import type { Expression, Vars } from "./expressions.ts";

/** A time zone; UTC has no offset and no name. */
export interface Zone {
  utc: boolean;
  /** Milliseconds east of UTC at an instant. */
  offsetAt(ms: number): number;
}

const fixedZone = (minutes: number): Zone => ({ utc: minutes === 0, offsetAt: () => minutes * 60_000 });
export const UTC: Zone = fixedZone(0);

const QUARTER = 900_000;
const KEPT = 20_000;

function namedZone(name: string): Zone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return undefined;
  }
  const ask = (ms: number): number => {
    const p: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(ms)) p[type] = value;
    const year = p.era?.startsWith("B") ? 1 - Number(p.year) : Number(p.year);
    const second = Math.floor(ms / 1000) * 1000;
    return (
      utcTime(year, Number(p.month), Number(p.day), Number(p.hour), Number(p.minute), Number(p.second), 0) - second
    );
  };
  // Since 1972 offsets have changed at quarters of an hour only, so one answer serves a whole quarter.
  const known = new Map<number, number>();
  return {
    utc: false,
    offsetAt(ms) {
      if (ms < 63_072_000_000) return ask(ms);
      const quarter = Math.floor(ms / QUARTER);
      let offset = known.get(quarter);
      if (offset === undefined) {
        offset = ask(ms);
        if (known.size >= KEPT) known.clear();
        known.set(quarter, offset);
      }
      return offset;
    },
  };
}

const zones = new Map<string, Zone>([["UTC", UTC]]);
// Names of the tz database are written with capitals, which Intl doesn't ask for.
const NAME = /^[A-Z][^/]*(\/[A-Z0-9][^/]*)*$/;

/** A zone by its name ("Asia/Shanghai") or offset ("+08", "+0800", "+08:00"). */
export function zoneOf(text: string): Zone {
  let zone = zones.get(text);
  if (zone) return zone;
  const m = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(text);
  if (m) zone = fixedZone((m[1] === "-" ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3] ?? 0)));
  else if (NAME.test(text)) zone = namedZone(text);
  if (!zone) throw located(40485, `unrecognized time zone identifier: "${text}"`);
  if (zones.size < 2000) zones.set(text, zone);
  return zone;
}

/** The zone of an operator's `timezone` argument; undefined where it is null. */
export function zoneReader(e: Expression | undefined): (doc: Maybe, vars: Vars) => Zone | undefined {
  if (!e) return () => UTC;
  const read = (v: Maybe): Zone | undefined => {
    if (nullish(v)) return undefined;
    if (typeof v !== "string") throw located(40517, `timezone must evaluate to a string, found ${typeName(v)}`);
    return zoneOf(v);
  };
  const known = constantOf(e);
  if (!known) return (doc, vars) => read(e(doc, vars));
  const zone = read(known.value);
  return () => zone;
}

/** Like Date.UTC, but the years 0 to 99 are themselves. */
export function utcTime(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  millisecond = 0,
): number {
  const d = new Date(0);
  d.setUTCFullYear(year, month - 1, day);
  return d.getTime() + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond;
}

/** A date whose UTC parts are the parts that clocks in the zone show. */
export const toLocal = (date: Date, zone: Zone): Date =>
  zone === UTC ? date : dateAt(date.getTime() + zone.offsetAt(date.getTime()));

/**
 * The instant at which clocks in the zone show `local`. In the hour that is skipped in spring the offset before
 * it counts; of the hour that comes twice in autumn, the first.
 */
export function fromLocal(local: number, zone: Zone): Date {
  if (zone === UTC) return dateAt(local);
  const before = zone.offsetAt(local);
  const after = zone.offsetAt(local - before);
  if (before === after) return dateAt(local - before);
  const change = lastChange(Math.min(local, local - before), Math.max(local, local - before), zone);
  const inGap = before < 0 && local - after >= change + before - after && local - after < change;
  return dateAt(local - (inGap ? before : after));
}

/** When, between two instants with different offsets, the offset changed. */
function lastChange(from: number, to: number, zone: Zone): number {
  const at = zone.offsetAt(to);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offsetAt(middle) === at) high = middle;
    else low = middle;
  }
  return high;
}
