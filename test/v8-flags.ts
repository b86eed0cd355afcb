/**
 * Flags for every Node that runs TypeScript in the tests. Node strips types by WebAssembly, in worker threads too. When it
 * brings the wrapper of an import to its faster form, V8 of Node 24 now and then frees code that it does not know and ends the
 * process (`Check failed: jit_page.has_value()`, below Runtime_TierUpWasmToJSWrapper). So wrappers stay in their first form.
 * What is built is JavaScript, and strips nothing.
 */
export const v8Flags = ['--wasm-wrapper-tiering-budget=2147483647']
