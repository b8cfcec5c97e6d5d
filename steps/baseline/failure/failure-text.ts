import type { ErrorText } from "../../lib/errors/fairlead-error.ts";
import { marker } from "../markers/marker-keys.ts";
import { ownNames } from "../object/own-names.ts";
import type { FailedAsset } from "../run/count-results.ts";
import type { FailedStep } from "../run/run-record.ts";
import { objectKey } from "../state/baseline-state.ts";

type Words = Omit<ErrorText, "why">;

const leave = `to keep the field as somebody else has it, name it in ${marker.ignoreFields} on the object; to keep the whole object, set ${marker.mode} to unmanaged`;

const steps: Readonly<Record<Exclude<FailedStep, "ignored-fields">, Words>> = {
  selection: {
    id: "BASE-AST-01",
    what: "could not be judged",
    fix: "let this account read CustomResourceDefinitions, and see that the conditions of the asset are right",
  },
  render: {
    id: "BASE-AST-02",
    what: "could not be rendered",
    fix: "correct the value that it names, which mostly comes from an annotation of the HyperConverged",
  },
  read: {
    id: "BASE-AST-03",
    what: "could not be read",
    fix: "let this account get the object, and see that its API answers",
  },
  "dry-run": {
    id: "BASE-AST-05",
    what: "was refused when it was tried",
    fix: "see which admission webhook or schema refuses it; a patch, ignored fields or an exclusion can keep what is refused out of it",
  },
  namespace: {
    id: "BASE-AST-06",
    what: "was not written, since its namespace could not be read",
    fix: "let this account get namespaces",
  },
  state: {
    id: "BASE-AST-11",
    what: "was not written, since the state of the run could not be stored before",
    fix: `let this account create and update ConfigMap ${ownNames.state} beside the HyperConverged, and see that no quota or webhook refuses it`,
  },
  apply: {
    id: "BASE-AST-07",
    what: "could not be applied",
    fix: "see which permission, admission webhook or quota refuses it; the next run tries again",
  },
};

/** The HyperConverged may say it for an object of the baseline: then that one has no such annotation. */
function ignoredFieldsWords(wrongAnnotation = `${marker.ignoreFields} on the object`): Words {
  return {
    id: "BASE-AST-04",
    what: "was not touched, since its ignored fields are not valid",
    fix: `correct ${wrongAnnotation}: JSON pointers between commas`,
  };
}

function wordsOf(failed: FailedAsset): Words {
  switch (failed.cause) {
    case "step":
      return failed.step === "ignored-fields" ? ignoredFieldsWords(failed.wrongAnnotation) : steps[failed.step];
    case "throttled":
      return {
        id: "BASE-AST-08",
        what: "is changed by somebody else faster than it may be corrected",
        fix: `find who writes it in its managedFields and stop them; ${leave}`,
      };
    case "edit-war":
      return failed.isPaused
        ? {
            id: "BASE-AST-09",
            what: "is fought over, and was paused",
            fix: `find who writes it in its managedFields and stop them, then remove ${marker.reconcilePaused} from it, or run resume where it is absent; ${leave}`,
          }
        : {
            id: "BASE-AST-10",
            what: "is fought over, and could not be paused",
            fix: `let this account patch the object, so that the next run can set ${marker.reconcilePaused}; find who writes it in its managedFields`,
          };
  }
}

/** Why an asset failed and what is to be done, for the last lines of a run and its report. Pure. */
export function failureText(failed: FailedAsset): ErrorText {
  const { id, what, fix } = wordsOf(failed);
  const object = failed.identity === undefined ? "" : ` (${objectKey(failed.identity)})`;
  return { id, what: `${failed.asset}${object} ${what}`, why: failed.error, fix };
}
