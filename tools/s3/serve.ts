import { startGateway } from "./gateway.ts"
import { makeBuckets } from "./buckets.ts"

// Starts a gateway with buckets to play with, and says how to reach it, until it is interrupted: npm run ceph:serve
const gateway = await startGateway({ store: "memstore" })
try {
  await makeBuckets(gateway)
  const { accessKeyId, secretAccessKey } = gateway.credentials
  console.log(`# ${gateway.version}; ends with Ctrl-C, and what was stored with it`)
  console.log(`export AWS_ENDPOINT_URL_S3=${gateway.endpoint} AWS_REGION=us-east-1`)
  console.log(`export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`)
  console.log("# bcopy init --repo s3://plain/try --no-recovery-kit")
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve))
} finally {
  await gateway.stop()
}
