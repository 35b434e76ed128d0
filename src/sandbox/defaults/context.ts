/** What is to be known beside an object, to make of it what a server would store. */
import type { KubeObject } from "../../model.js";
import type { Holdings, User } from "../model.js";

export interface DefaultsContext {
  create: boolean;
  /** The object as it is held, on an update. */
  live?: KubeObject | undefined;
  /** Of the object; "" for cluster-scoped objects. */
  namespace: string;
  /** Cluster IPs that Services have; not those of this object. */
  takenIPs: () => ReadonlySet<string>;
  /** Node ports that Services have; not those of this object. */
  takenPorts: () => ReadonlySet<number>;
  /** The UID that the object has or is to have: Jobs are told apart by it. */
  uid: string;
  /** Five random letters, for names. */
  random: () => string;
  /** Now, as `2006-01-02T15:04:05Z`. */
  now: () => string;
  /** Who asks: the subject of a CertificateSigningRequest. */
  user?: User | undefined;
  /** What else is held: service accounts, priority classes, default storage and ingress classes. */
  holdings?: Pick<Holdings, "get" | "list"> | undefined;
}

/** Makes of a read and defaulted object what is stored. Gives the object back, or a changed copy. */
export type Prepare = (object: KubeObject, context: DefaultsContext) => KubeObject;
