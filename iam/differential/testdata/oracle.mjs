// Decides cases, a line of JSON each, by iam-simulate, which lies beside in node_modules; answers a line each.
import { createInterface } from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    const out = await runSimulation(JSON.parse(line), {})
    answer = out.resultType === 'single' ? { result: out.overallResult } : { error: JSON.stringify(out.errors ?? out.resultType) }
  } catch (e) {
    answer = { error: String(e) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
