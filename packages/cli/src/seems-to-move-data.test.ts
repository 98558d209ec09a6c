import { expect, test } from "vitest"
import { backupCommand } from "./commands/backup.ts"
import { copyCommand } from "./commands/copy.ts"
import { restoreCommand } from "./commands/restore.ts"
import { verifyCommand } from "./commands/verify.ts"
import { seemsToMoveData } from "./seems-to-move-data.ts"

test("a command line is seen to move data as the command itself will say", () => {
  expect(seemsToMoveData(["copy", "--from", "a", "--to", "b"])).toBe(copyCommand.movesData?.({} as never))
  expect(seemsToMoveData(["backup", "--repo", "a", "x"])).toBe(backupCommand.movesData?.({} as never))
  expect(seemsToMoveData(["restore", "--output", "x"])).toBe(restoreCommand.movesData?.({} as never))
  expect(seemsToMoveData(["verify"])).toBe(verifyCommand.movesData?.({}))
  const reading = { readData: "hash" } as never
  expect(seemsToMoveData(["verify", "--read-data"])).toBe(verifyCommand.movesData?.(reading))
  expect(seemsToMoveData(["verify", "--all", "--read-data=authenticate"])).toBe(verifyCommand.movesData?.(reading))
})

test("nothing is started for what moves nothing", () => {
  expect(seemsToMoveData(["points", "--repo", "copy"])).toBe(false)
  expect(seemsToMoveData(["restore", "--output", "x", "--dry-run"])).toBe(false)
  expect(seemsToMoveData(["backup", "--help"])).toBe(false)
  expect(seemsToMoveData([])).toBe(false)
})
