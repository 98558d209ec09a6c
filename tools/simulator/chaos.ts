import { noise } from "../../packages/copy-engine/src/testing/noise.ts"
import type { Actor } from "./actors.ts"
import { calm, type Weather } from "./weather.ts"
import type { SimulatedWorld } from "./world.ts"

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Kills and freezes processes, turns clocks, changes the weather, and lays things over objects of versioned stores. */
export function chaos(options: {
  readonly turns: number
  readonly weather: Weather
  readonly strangers: boolean
}): Actor {
  return async (world) => {
    const { simulation } = world
    for (let turn = 0; turn < options.turns; turn++) {
      await simulation.wait(simulation.draw(0, 4 * MINUTE_MS))
      const process = simulation.pick([...world.processes])
      const what = simulation.random()
      if (what < 0.3 && process !== undefined) simulation.kill(process)
      else if (what < 0.5 && process !== undefined) simulation.freeze(process, simulation.draw(0, 12 * MINUTE_MS))
      else if (what < 0.6) simulation.pick(world.hosts).skewMs = simulation.draw(-3 * DAY_MS, 3 * DAY_MS)
      else if (what < 0.8) world.weather = simulation.chance(0.5) ? calm : options.weather
      else if (options.strangers) meddle(world)
    }
    world.weather = calm
  }
}

/** What somebody with the right to put and delete, but not to delete versions, can do to any object. */
function meddle({ simulation, stores }: SimulatedWorld): void {
  const { memory } = simulation.pick(Object.values(stores))
  if (!memory.capabilities.versioned) return
  const key = simulation.pick(memory.keys())
  simulation.note(`a stranger meddles with ${memory.name} ${key}`)
  if (simulation.chance(0.4)) memory.hide(key)
  else memory.overlay(key, noise(simulation.draw(0, 3000), simulation.draw(0, 1e6)))
}
