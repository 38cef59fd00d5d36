/** What a pickle may turn into here: plain data, never an instance of a class of the file's choosing. */

/** A Python list or tuple. */
export class PickleSequence {
  readonly items: PickleValue[];
  /** Height of the tree below, for the nesting limit. */
  depth = 1;

  constructor(items: PickleValue[]) {
    this.items = items;
  }
}

/** A Python dict, OrderedDict or Counter. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();
  depth = 1;
}

/** A class or function that was named; `call` is what REDUCE does instead of calling it, null where that is refused. */
export class PickleGlobal {
  readonly name: string;
  readonly call: PickleCall | null;

  constructor(name: string, call: PickleCall | null) {
    this.name = name;
    this.call = call;
  }
}

/** The result of an allowed call: a payload with a type tag. `acceptsState` lets BUILD pass over it (its state is dropped). */
export class PickleObject {
  readonly type: string;
  readonly payload: unknown;
  readonly acceptsState: boolean;

  constructor(type: string, payload: unknown, acceptsState = false) {
    this.type = type;
    this.payload = payload;
    this.acceptsState = acceptsState;
  }
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleSequence
  | PickleDict
  | PickleGlobal
  | PickleObject;

/** Gets the positional arguments. `machine` makes containers, so that its limits hold for them too. */
export type PickleCall = (args: readonly PickleValue[], machine: PickleMachine) => PickleValue;

export interface PickleMachine {
  /** Counts work that a call does beyond its own bytes. Throws LIMIT_EXCEEDED. */
  charge(items: number): void;
  setItem(dict: PickleDict, key: PickleValue, value: PickleValue): void;
}
