import { isStoreError } from "../../store-error.ts"
import { conformanceCase, must, mustEqual } from "./conformance-case.ts"
import { asKey, mustHold, put, someBytes } from "./must-hold.ts"
import { mustReject } from "./must-reject.ts"

/** Times of one store, some seconds apart at most. */
const SLACK_MS = 60_000

export const abortCases = [
  conformanceCase("abort: a call with a fired signal rejects with Aborted and does nothing", async (store) => {
    await put(store, "a")
    const { version } = (await store.head(asKey("a")))!
    const { versioned } = store.capabilities
    const signal = AbortSignal.abort(new Error("enough"))
    await mustReject(store.create(asKey("b"), someBytes(10, 1), { signal }), "Aborted", "create")
    await mustReject(store.read(asKey("a"), { signal }), "Aborted", "read")
    await mustReject(store.head(asKey("a"), { signal }), "Aborted", "head")
    await mustReject(store.list("", { signal }), "Aborted", "list")
    if (versioned) await mustReject(store.listVersions("", { signal }), "Aborted", "listVersions")
    await mustReject(store.remove(asKey("a"), { ...(versioned && { version }), signal }), "Aborted", "remove")
    const named = { key: asKey("a"), ...(versioned && version !== undefined && { version }) }
    await mustReject(store.removeMany([named], { signal }), "Aborted", "removeMany")
    await mustReject(store.date({ signal }), "Aborted", "date")
    await mustReject(store.instance(asKey("a"), { signal }), "Aborted", "instance")
    await mustHold(store, "a", new Uint8Array([1]))
    mustEqual(await store.read(asKey("b")), undefined, "what was never created")
  }),

  conformanceCase("abort: a create cut short leaves all or nothing", async (store) => {
    for (let round = 0; round < 10; round++) {
      const bytes = someBytes(1 << 20, round)
      const abort = new AbortController()
      const creation = store.create(asKey(`cut/${round}`), bytes, { signal: abort.signal })
      for (let turn = 0; turn < round; turn++) await Promise.resolve()
      abort.abort()
      const outcome = await creation.then(
        () => "done",
        (error: unknown) => (isStoreError(error) ? error.code : String(error)),
      )
      must(
        outcome === "done" || outcome === "Aborted",
        `a create cut short must give Aborted or be done, got ${outcome}`,
      )
      const there = (await store.head(asKey(`cut/${round}`))) !== undefined
      if (there || outcome === "done") await mustHold(store, `cut/${round}`, bytes)
    }
  }),

  conformanceCase("date: tells the store's time, which its other answers agree with", async (store) => {
    const firstMs = await store.date()
    must(Number.isSafeInteger(firstMs) && firstMs > 0, `date must be whole milliseconds since 1970, is ${firstMs}`)
    const { dateMs } = await store.create(asKey("a"), someBytes(10, 1))
    const listedMs = (await store.list("")).dateMs
    for (const otherMs of [dateMs, listedMs, await store.date()])
      must(Math.abs(otherMs - firstMs) < SLACK_MS, `times of one store must agree: ${firstMs} and ${otherMs}`)
  }),

  conformanceCase("instance: undefined without its anchor, then always the same", async (store) => {
    const anchor = asKey("anchor.json")
    mustEqual(await store.instance(anchor), undefined, "instance without an anchor")
    await put(store, "anchor.json")
    const instance = await store.instance(anchor)
    must(typeof instance === "string" && instance !== "", `instance must be a text, is ${instance}`)
    await put(store, "other")
    mustEqual(await store.instance(anchor), instance, "instance, asked again")
  }),
]
