/** The expectations of a plan image, and what the state table says of each. Pure. */

import { expectationsOf } from "../plan/expectations.ts";
import type { Plan } from "../plan/plan.ts";
import { ENUMS, type EnumValue } from "./enums.ts";
import { offsetsOf } from "./fields.ts";
import { TABLE_STRUCTS } from "./layout.ts";
import { layoutOf } from "./struct.ts";

/** What became of an expectation; index as in `expectationsOf`. */
export interface ExpectationState {
  readonly result: EnumValue<"expectation_result">;
  /** What was found instead; a number of `number`, `exit_code` and `signal`. */
  readonly actualKind: EnumValue<"actual_kind">;
  readonly actual: number;
}

/** Records of the section `expectations`, in order. */
export function expectationRecords(plan: Plan) {
  return expectationsOf(plan).map(({ slot, what, level, value }) => ({
    slot,
    what: ENUMS.expectation.indexOf(what),
    level,
    value,
  }));
}

const AT = offsetsOf(TABLE_STRUCTS.table_expectation);
const SIZE = layoutOf(TABLE_STRUCTS.table_expectation).size;

/** None where they are not inside of the table. */
export function expectationStates(view: DataView, first: number, count: number) {
  if (first + count * SIZE > view.byteLength) return [];
  return Array.from({ length: count }, (_, index): ExpectationState => {
    const word = (name: keyof typeof AT) => view.getUint32(first + index * SIZE + AT[name], true);
    return {
      result: ENUMS.expectation_result[word("result")] ?? "not_judged",
      actualKind: ENUMS.actual_kind[word("actual_kind")] ?? "nothing",
      actual: word("actual"),
    };
  });
}
