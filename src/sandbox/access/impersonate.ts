/**
 * Acting as someone else. Constrained modes are tried first: each asks whether the sender may use it for this very
 * request, and then whether it may be that user. Last comes the mode of old, which asks for the verb `impersonate`.
 *
 * Source: apiserver pkg/endpoints/filters/impersonation (`mode.go`, `constrained_impersonation.go`, `cache.go`).
 */
import type { User } from "../model.js";
import { StatusError } from "../status.js";
import type { Decision } from "./grants.js";
import { refuse } from "./refusal.js";
import type { Question } from "./rules.js";
import { accountOf, extraProblem, isNameOnly, nodeOf, type Wanted } from "./wanted.js";

/** A way to act as someone else. `suits` says whom it is for. */
type Mode =
  { is: "constrained"; name: string; suits: (wanted: Wanted, sender: User) => boolean } | { is: "old" };

const modes: readonly Mode[] = [
  {
    is: "constrained",
    name: "associated-node",
    suits: (wanted, sender) =>
      isNameOnly(wanted) &&
      nodeOf(wanted.name) !== undefined &&
      accountOf(sender.username) !== undefined &&
      sender.extra?.["authentication.kubernetes.io/node-name"]?.join() === nodeOf(wanted.name),
  },
  {
    is: "constrained",
    name: "arbitrary-node",
    suits: (wanted) => isNameOnly(wanted) && nodeOf(wanted.name) !== undefined,
  },
  {
    is: "constrained",
    name: "serviceaccount",
    suits: (wanted) => isNameOnly(wanted) && accountOf(wanted.name) !== undefined,
  },
  {
    is: "constrained",
    name: "user-info",
    suits: ({ name }) => nodeOf(name) === undefined && accountOf(name) === undefined,
  },
  { is: "old" },
];

/**
 * The user that a sender acts as. `question` is what the request itself asks. Throws the refusal of the first mode that
 * refuses.
 */
export type Impersonate = (sender: User, wanted: Wanted, question: Question) => User;

/** Remembers, as the server does, by which mode a sender was last let through: that one is tried first. */
export function createImpersonation(decide: (user: User, question: Question) => Decision): Impersonate {
  const lastModes = new Map<string, Mode>();
  return (sender, wanted, question) => {
    const last = lastModes.get(sender.username);
    const order = last === undefined ? modes : [last, ...modes.filter((mode) => mode !== last)];
    const may: May = (asked) => {
      const { allowed, reason } = decide(sender, asked);
      return allowed ? undefined : refuse(sender, asked, reason);
    };
    let refused: StatusError | undefined;
    for (const mode of order) {
      if (mode.is === "constrained" && !mode.suits(wanted, sender)) continue;
      const refusal = refusalOf(mode, may, sender, wanted, question);
      if (refusal === undefined) {
        lastModes.set(sender.username, mode);
        return actualUser(mode, wanted);
      }
      refused ??= refusal;
    }
    throw refused ?? new Error("no mode of impersonation suits");
  };
}

/** The refusal of what a sender may not do. */
type May = (asked: Question) => StatusError | undefined;
type Asked = Extract<Question, { is: "resource" }>;

function refusalOf(
  mode: Mode,
  may: May,
  sender: User,
  wanted: Wanted,
  question: Question,
): StatusError | undefined {
  const users = identity(mode, "users", wanted.name);
  const groups = identity(mode, "groups", "");
  const uids: Asked = { ...identity(mode, "uids", wanted.uid), group: authentication };
  const extras: Asked = { ...identity(mode, "userextras", ""), group: authentication };
  const refuseTo = (asked: Question, why: string): StatusError => refuse(sender, asked, why);
  return (
    (mode.is === "old"
      ? undefined
      : may({ ...question, verb: `impersonate-on:${mode.name}:${question.verb}` })) ??
    may(nameAsked(mode, users)) ??
    (wanted.uid === "" ? undefined : may(uids)) ??
    groupsRefused(mode, may, refuseTo, groups, wanted.groups) ??
    extraRefused(mode, may, refuseTo, extras, wanted.extra)
  );
}

const authentication = "authentication.k8s.io";

/** The mode of old asks about users and groups in the core group. */
function identity(mode: Mode, resource: string, name: string): Asked {
  return {
    is: "resource",
    verb: mode.is === "old" ? "impersonate" : `impersonate:${mode.name}`,
    group: mode.is === "old" ? "" : authentication,
    resource,
    subresource: "",
    namespace: "",
    name,
  };
}

function nameAsked(mode: Mode, users: Asked): Question {
  const account = accountOf(users.name);
  if (account !== undefined) return { ...users, resource: "serviceaccounts", ...account };
  const node = nodeOf(users.name);
  if (mode.is === "old" || node === undefined) return users;
  return { ...users, resource: "nodes", name: mode.name === "associated-node" ? "*" : node };
}

/** From so many on, leave for all at once is asked for first. */
const many = 4;

type RefuseTo = (asked: Question, why: string) => StatusError;

function groupsRefused(
  mode: Mode,
  may: May,
  refuseTo: RefuseTo,
  asked: Asked,
  groups: readonly string[],
): StatusError | undefined {
  if (mode.is === "constrained") {
    if (groups.includes("")) return refuseTo(asked, "impersonating the empty string group is not allowed");
    const name = "system:masters";
    if (groups.includes(name))
      return refuseTo({ ...asked, name }, `impersonating the ${name} group is not allowed`);
    if (groups.length >= many && may({ ...asked, name: "*" }) === undefined) return undefined;
  }
  return firstOf(groups, (name) => may({ ...asked, name }));
}

function extraRefused(
  mode: Mode,
  may: May,
  refuseTo: RefuseTo,
  asked: Asked,
  extra: Wanted["extra"],
): StatusError | undefined {
  const pairs = [...extra].flatMap(([key, values]) => values.map((value) => [key, value] as const));
  if (mode.is === "constrained") {
    const problem = firstOf([...extra], ([key, values]) => extraProblem(key, values));
    if (problem !== undefined) return refuseTo(asked, problem);
    if (pairs.length >= many && may({ ...asked, subresource: "*", name: "*" }) === undefined)
      return undefined;
  }
  return firstOf(pairs, ([subresource, name]) => may({ ...asked, subresource, name }));
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Service accounts have their groups unless others are named; nodes have theirs in constrained modes. */
function actualUser(mode: Mode, { name, uid, groups, extra }: Wanted): User {
  const account = accountOf(name);
  const known =
    mode.is === "constrained" && nodeOf(name) !== undefined
      ? ["system:nodes"]
      : account !== undefined && groups.length === 0
        ? ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`]
        : groups;
  const last =
    name === "system:anonymous" || known.includes("system:unauthenticated")
      ? "system:unauthenticated"
      : "system:authenticated";
  return {
    username: name,
    ...(uid === "" ? {} : { uid }),
    groups: known.includes(last) ? known : [...known, last],
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}
