/** Loads TypeScript into a process of tests: before all that is written in it, and once. */
import "tsx/esm";
