/**
 * Flags for every Node that runs TypeScript in the tests. Node strips types by WebAssembly, in worker threads too; where two
 * threads bring the same wrapper of an import to its faster form at once, V8 may free one that it no longer knows and end the
 * process (`Check failed: jit_page.has_value()`, from Runtime_TierUpWasmToJSWrapper). So wrappers stay in their first form.
 * What is built is JavaScript and is not concerned.
 */
export const v8Flags = ['--wasm-wrapper-tiering-budget=2147483647']
