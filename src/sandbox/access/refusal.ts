/** A refusal in the server's words. Source: apiserver pkg/endpoints/handlers/responsewriters/errors.go. */
import type { User } from "../model.js";
import { forbidden, type StatusError } from "../status.js";
import type { Question } from "./rules.js";
import { quote, withoutMarkup } from "./words.js";

/** The 403 for what a user may not do. `reason` is why, where there is more to say. */
export function refuse(user: User, question: Question, reason: string): StatusError {
  const why = withoutMarkup(`User ${quote(user.username)} cannot ${question.verb} ${described(question)}`);
  const about =
    question.is === "path"
      ? { group: "", resource: "", name: "" }
      : { group: question.group, resource: question.resource, name: question.name };
  return forbidden(about, reason === "" ? why : `${why}: ${reason}`);
}

function described(question: Question): string {
  if (question.is === "path") return `path ${quote(question.path)}`;
  const { group, resource, subresource, namespace } = question;
  const what = quote(subresource === "" ? resource : `${resource}/${subresource}`);
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${quote(namespace)}`;
  return `resource ${what} in API group ${quote(group)} ${where}`;
}
