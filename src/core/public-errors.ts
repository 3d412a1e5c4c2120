/** What every public face tells of errors. */
export {
  InputError,
  InvariantError,
  isPoolsimError,
  PoolsimError,
  type PoolsimErrorOptions,
  RemoteError,
} from "./errors.js";
