/** The nouns of the sandbox. */
import type { JsonObject } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import type { Codec } from "../schema/index.js";

/** Who sends a request (authentication.k8s.io/v1, `UserInfo`). */
export interface User {
  username: string;
  uid?: string | undefined;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A request as it came over HTTP, its body whole. */
export interface HttpCall {
  /** `GET`, in capitals. */
  method: string;
  /** Decoded no further than the URL class does. */
  url: URL;
  /** Names in small letters. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
  /** The subject of the client certificate that was checked, if there was one: a user and its groups. */
  certificate?: User | undefined;
  /** Aborted when the client goes. */
  signal: AbortSignal;
}

/** What is sent back. */
export type Answer =
  /** JSON, written as `application/json` unless `contentType` says otherwise. */
  | { status: number; json: unknown; contentType?: string; headers?: Record<string, string | string[]> }
  | { status: number; text: string; contentType?: string; headers?: Record<string, string | string[]> }
  /** Open until `run` resolves or the client goes: watches. `send` resolves when the client keeps up. */
  | { status: 200; contentType: string; stream: (send: (text: string) => Promise<void>) => Promise<void> };

/** Verbs of a request for a resource, as RBAC names them. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** What is asked of whom: what authorization looks at. */
export type Ask =
  | {
      is: "resource";
      verb: Verb;
      group: string;
      version: string;
      resource: string;
      subresource: string;
      namespace: string;
      /** Empty for collections. */
      name: string;
    }
  /** Any other path; the verb is the HTTP method in small letters. */
  | { is: "path"; verb: string; path: string };

/** A subresource as discovery lists it. */
export interface Subresource {
  /** The kind that it reads and writes: `Scale`, `Eviction`, or the resource's own. */
  kind: string;
  group?: string | undefined;
  version?: string | undefined;
  verbs: readonly string[];
}

/** A column of `kubectl get` (apiextensions.k8s.io/v1, `CustomResourceColumnDefinition`). */
export interface Column {
  name: string;
  type: string;
  jsonPath: string;
  description?: string | undefined;
  format?: string | undefined;
  priority?: number | undefined;
}

/** A kind as it is served: one for each version. */
export interface Kind {
  type: ResourceType;
  singular: string;
  listKind: string;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly string[];
  subresources: ReadonlyMap<string, Subresource>;
  /** False for questions that are answered and not stored (`TokenReview`). */
  stored: boolean;
  /** Where the objects of all versions of the kind are: `deployments.apps`. */
  collection: string;
  /** The definition of a built-in kind, or the CRD and the entry of its version. */
  source: { from: "bundle"; definition: string } | { from: "crd"; crd: KubeObject; version: JsonObject };
  /** How its objects are read, defaulted and checked. Made when first asked for. */
  codec: () => Codec;
  /** Empty where there are none but name and age. */
  columns: readonly Column[];
}

/** The kinds that are served now: the bundled ones, and those of the CRDs that are held and established. */
export interface Kinds {
  all: () => readonly Kind[];
  byResource: (group: string, version: string, plural: string) => Kind | undefined;
  byKind: (apiVersion: string, kind: string) => Kind | undefined;
  /** Changes with every change of what is served: for caches and ETags. */
  revision: () => number;
}

/** Reading what is held, as the rooms beside the store need it: RBAC, tokens, columns. Objects are never changed. */
export interface Holdings {
  /** `collection` is `PLURAL.GROUP`, or `PLURAL` in the core group. Namespace "" for cluster-scoped objects. */
  get: (collection: string, namespace: string, name: string) => KubeObject | undefined;
  /** Of all namespaces where none is given. */
  list: (collection: string, namespace?: string) => readonly KubeObject[];
}
