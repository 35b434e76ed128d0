/**
 * Services, namespaces, and what extends or guards the cluster.
 *
 * Source: kstatus core.go; Kubernetes pkg/controller/disruption/disruption.go; apiextensions-apiserver
 * pkg/controller/{status,establish}; kube-aggregator pkg/apis/apiregistration/v1/types.go.
 */
import { getKey, getPath } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { conditionOf, hasCondition, observedGeneration } from "../conditions.js";
import { because, failed, objectsOf, ready, waiting } from "../readiness.js";
import type { Rule } from "../readiness.js";

/** What a condition says; `otherwise` where it says nothing, or is not there. */
function said(condition: KubeObject | undefined, otherwise: string): string {
  return because(getKey(condition, "reason"), getKey(condition, "message"), otherwise);
}

const service: Rule = (object) => {
  if (getPath(object, ["spec", "type"]) !== "LoadBalancer") return ready;
  const addresses = objectsOf(getPath(object, ["status", "loadBalancer", "ingress"]));
  return addresses.length > 0 ? ready : waiting("its load balancer has no address yet");
};

const namespace: Rule = (object) =>
  getPath(object, ["status", "phase"]) === "Active" ? ready : waiting("it is not Active yet");

const definition: Rule = (object) => {
  const names = conditionOf(object, "NamesAccepted");
  if (getKey(names, "status") === "False")
    return failed(`the server does not accept its names: ${said(names, "no reason given")}`);
  const established = conditionOf(object, "Established");
  const status = getKey(established, "status");
  if (status === "True") return ready;
  const why = said(established, "it is not established yet");
  return status === "False" && getKey(established, "reason") !== "Installing" ? failed(why) : waiting(why);
};

const apiService: Rule = (object) =>
  hasCondition(object, "Available")
    ? ready
    : waiting(said(conditionOf(object, "Available"), "it is not available yet"));

/** A budget is ready once its controller has worked it out, whether or not Pods may be disrupted now. */
const budget: Rule = (object) => {
  if (observedGeneration(object) === undefined) return waiting("its controller has not seen it yet");
  const allowed = conditionOf(object, "DisruptionAllowed");
  return getKey(allowed, "reason") === "SyncFailed" ? waiting(said(allowed, "SyncFailed")) : ready;
};

export const clusterRules: readonly [key: string, rule: Rule][] = [
  ["/Service", service],
  ["/Namespace", namespace],
  ["apiextensions.k8s.io/CustomResourceDefinition", definition],
  ["apiregistration.k8s.io/APIService", apiService],
  ["policy/PodDisruptionBudget", budget],
];
