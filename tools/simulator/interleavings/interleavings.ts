import { adoptedAndDied, adoptedCheckpoint } from "./adopted-and-died.ts"
import { checkpointHandedOn, checkpointOfBefore } from "./checkpoint-of-before.ts"
import { fencedWriter } from "./fenced-writer.ts"
import { forgedCatalogue } from "./forged-catalogue.ts"
import type { Interleaving } from "./interleaving.ts"
import { keptByStore } from "./kept-by-store.ts"
import { lastTwoPoints } from "./last-two-points.ts"
import { lateLists } from "./late-lists.ts"
import { lateReclaimer } from "./late-reclaimer.ts"
import { logBeginsLate, logHasNoBarrierYet } from "./log-begins-late.ts"
import { entryBeforeAHole, hasteInAHole, numberInAHole } from "./number-in-a-hole.ts"
import { parentGivenBack } from "./parent-given-back.ts"
import { pausedSession } from "./paused-session.ts"
import { longReader, readerWhileCounting } from "./reader.ts"
import { sessionAtWork } from "./session-at-work.ts"
import { siblingCondemned } from "./sibling-condemned.ts"
import { siblingInFlight } from "./sibling-in-flight.ts"
import { emptiedBeside, emptiedTooLate, emptiedTwice } from "./sparse-packs.ts"
import { undoAfterCondemned } from "./undo-after-condemned.ts"
import { fastMachine, fastStore, removedAnew, undoTime } from "./undo-times.ts"
import { unknownTable } from "./unknown-table.ts"

export const interleavings: readonly Interleaving[] = [
  undoAfterCondemned,
  undoTime,
  fastMachine,
  fastStore,
  removedAnew,
  siblingInFlight,
  siblingCondemned,
  checkpointOfBefore,
  checkpointHandedOn,
  pausedSession,
  sessionAtWork,
  adoptedAndDied,
  adoptedCheckpoint,
  parentGivenBack,
  logBeginsLate,
  logHasNoBarrierYet,
  lateLists,
  lateReclaimer,
  keptByStore,
  longReader,
  readerWhileCounting,
  unknownTable,
  emptiedTooLate,
  emptiedBeside,
  emptiedTwice,
  numberInAHole,
  entryBeforeAHole,
  hasteInAHole,
  lastTwoPoints,
  fencedWriter,
  forgedCatalogue,
]
