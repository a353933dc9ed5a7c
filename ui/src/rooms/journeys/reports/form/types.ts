// What does every form of a report get?
import type { Spec } from "../spec";

export interface FormProps {
  readonly spec: Spec;
  readonly onChange: (spec: Spec) => void;
}
