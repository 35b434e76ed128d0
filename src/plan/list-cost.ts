/**
 * What reading by LIST costs against reading by GET, in GETs: how many objects a page may hold, and when to give up.
 *
 * Measured with 16 connections against kube-apiserver 1.36.3 with etcd on the same two cores, the work of the client
 * included; medians, in milliseconds:
 *
 * | round trip | a GET | a page  | an object in it | a KiB in it |
 * | ---------- | ----- | ------- | --------------- | ----------- |
 * | 0 ms       | 0.33  | 2.6     | 0.022           | 0.008       |
 * | 10 ms      | 0.85  | 14      | 0.022           | 0.008       |
 *
 * So a page is 8 to 16 GETs, 15 to 40 small objects are one, and 40 to 100 KiB. The constants are those without a
 * delay. With one, GETs are dearer, and so a LIST is at worst given up where the two cost much the same. The time that a
 * page takes is not asked for: beside other requests it tells more of them than of the list.
 */

const page = 8;
const object = 1 / 15;
const kibibyte = 1 / 40;

/** The most objects of a page: 1,000 of ours, and some of others, are one. */
const mostObjects = 1500;
/** A page is asked for so that it will have about this size; where it has more than the most, it is not taken. */
const usualBytes = 4 * 1024 * 1024;
const mostBytes = 8 * 1024 * 1024;
/** Pages of fewer objects are no better than GETs. */
const leastLimit = 16;
/** Room for objects that are in any namespace, and for small namespaces whole. */
const spare = 50;

/** A page that came: how much it held, and how many of the objects that are looked for. */
export interface PageSeen {
  objects: number;
  bytes: number;
  ours: number;
  /** How many objects follow, where the server tells. */
  remaining: number | undefined;
  /** How many objects came in all pages so far. */
  seen: number;
}

/** Whether a LIST is worth trying for that many objects of a namespace, whatever else is in there. */
export function listPays(wanted: number): boolean {
  return wanted > page + wanted * object;
}

/** How many objects the first page may hold. Were all of them foreign, they would cost a fraction of the GETs. */
export function firstLimit(wanted: number): number {
  return Math.min(mostObjects, 2 * wanted + spare);
}

/** How large a page may be: what comes of it before it is given up costs no more than the GETs will. */
export function mostPageBytes(wanted: number): number {
  return Math.min(mostBytes, tolerableBytes(wanted));
}

/**
 * The limit to go on with after a page that was too large, `wasted` bytes of such pages in all. Undefined once they have
 * cost as much as the GETs will, and where the objects of the page are so large that each costs as much as a GET.
 */
export function smallerLimit(
  wanted: number,
  tooLarge: { limit: number; bytes: number },
  wasted: number,
): number | undefined {
  const smaller = Math.ceil(tooLarge.limit / 8);
  const isWorthIt = tooLarge.bytes / tooLarge.limit < tolerableBytes(1) && wasted < tolerableBytes(wanted);
  return isWorthIt && smaller >= leastLimit ? smaller : undefined;
}

function tolerableBytes(wanted: number): number {
  return (wanted / kibibyte) * 1024;
}

/**
 * Whether the rest of a list costs less than `left` GETs do. `ordered`: by name, so that it ends with the last of ours.
 */
export function listGoesOn(last: PageSeen, left: number, ordered: boolean): boolean {
  const objects = stillToRead(last, left, ordered);
  const foreign = Math.max(0, objects - left);
  const pages = Math.ceil(objects / limitBySize(last));
  // What a GET transfers of our own objects, a LIST does too.
  const foreignBytes = foreign * bytesEach(last);
  return pages * page + objects * object + (foreignBytes / 1024) * kibibyte <= left;
}

/** How many objects the next page may hold: those that are still to be read, within the usual size. */
export function nextLimit(last: PageSeen, left: number, ordered: boolean): number {
  return Math.min(limitBySize(last), stillToRead(last, left, ordered) + spare);
}

/**
 * How many objects are to be read until all of ours have come: as many as follow, or fewer in a list by name, where
 * ours lie as close as in the last page. Where nobody tells how many follow, as many again as have come.
 */
function stillToRead({ objects, ours, remaining, seen }: PageSeen, left: number, ordered: boolean): number {
  const following = Math.max(left, remaining ?? seen);
  return ordered && ours > 0 ? Math.min(following, Math.ceil((left * objects) / ours)) : following;
}

function limitBySize(last: PageSeen): number {
  return Math.max(1, Math.min(mostObjects, Math.floor(usualBytes / bytesEach(last))));
}

function bytesEach({ objects, bytes }: PageSeen): number {
  return bytes / Math.max(1, objects);
}
