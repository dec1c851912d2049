// The story that `make demo` tells: four protocols, spoken to the containers that run, through the typed clients.
import { addressOf } from './address-of.ts'
import { tellCourses } from './courses.ts'
import { tellEcho } from './echo.ts'
import { tellHistory } from './history.ts'
import { createStory } from './story.ts'
import { tellUsers } from './users.ts'

const story = createStory((text) => process.stdout.write(text))

await tellUsers(story, await addressOf('users-api', 8001))
await tellCourses(story, await addressOf('course-grpc', 50_051))
await tellHistory(story, await addressOf('tcp-history', 12_345))
await tellEcho(story, await addressOf('ws-echo', 8765))

process.exitCode = story.verdict() ? 0 : 1
process.stdout.write(`
The lab goes on running. Where to go next:
  README.md            how to call each service from the shell, from TypeScript and in CI
  contracts/           the wire of each protocol: every request, answer, error and promise
  make test            see all of it proved
  make experiments     break one container, and see what every client sees · make bench: what each protocol costs
  make logs            what the services say · make reset: forget everything · make down: stop
`)
