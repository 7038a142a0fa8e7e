// Decisions a CPU second of GoRules Zen, json-logic-js and json-rules-engine on the table that bench_decide has written,
// every answer held against Tandem's. Run by tests/bench/peers.sh, which installs them.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [folder, from, seconds] = [process.argv[2], process.argv[3], Number(process.argv[4] || 5)]
const require = createRequire(`${from}/`)
const lines = (name) => readFileSync(`${folder}/${name}`, 'utf8').trim().split('\n').map((line) => JSON.parse(line))
const rows = lines('rows.ndjson')
const events = lines('events.ndjson')

const facts = (event) => ({ event: event.event, item: event.item, region: event.region, ...event.attributes })

function zen() {
  const { ZenEngine } = require('@gorules/zen-engine')
  const fields = ['event', 'item', 'region', 'area_m2', 'risk', 'unlicensed']
  const list = (values) => (values ? values.map((value) => JSON.stringify(value)).join(', ') : '')
  const span = (area) => {
    if (!area) return ''
    const [low, lowClosed, high, highClosed] = area
    if (high === null) return `${lowClosed ? '>=' : '>'} ${low}`
    if (low === null) return `${highClosed ? '<=' : '<'} ${high}`
    return `${lowClosed ? '[' : '('}${low}..${high}${highClosed ? ']' : ')'}`
  }
  const cells = (row) => [JSON.stringify(row.event), JSON.stringify(row.item), list(row.regions), span(row.area),
    list(row.risks), row.flag === null ? '' : String(row.flag)]
  const table = {
    hitPolicy: 'collect',
    inputs: fields.map((field) => ({ id: field, name: field, field })),
    outputs: [{ id: 'row', name: 'row', field: 'row' }],
    rules: rows.map((row) => ({
      _id: row.id, row: JSON.stringify(row.id), ...Object.fromEntries(cells(row).map((cell, at) => [fields[at], cell])),
    })),
  }
  const node = (id, type, content) => ({ id, type, name: id, position: { x: 0, y: 0 }, content })
  const content = {
    nodes: [node('in', 'inputNode'), node('table', 'decisionTableNode', table), node('out', 'outputNode')],
    edges: [{ id: 'a', type: 'edge', sourceId: 'in', targetId: 'table' },
      { id: 'b', type: 'edge', sourceId: 'table', targetId: 'out' }],
  }
  const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify(content)))
  return async (event) => (await decision.evaluate(facts(event))).result.map((one) => one.row)
}

function jsonLogic() {
  const logic = require('json-logic-js')
  const rule = (row) => {
    const all = [{ '==': [{ var: 'event' }, row.event] }, { '==': [{ var: 'item' }, row.item] }]
    if (row.regions) all.push({ in: [{ var: 'region' }, row.regions] })
    if (row.area) {
      const [low, lowClosed, high, highClosed] = row.area
      if (low !== null) all.push({ [lowClosed ? '>=' : '>']: [{ var: 'area_m2' }, low] })
      if (high !== null) all.push({ [highClosed ? '<=' : '<']: [{ var: 'area_m2' }, high] })
    }
    if (row.risks) all.push({ in: [{ var: 'risk' }, row.risks] })
    if (row.flag !== null) all.push({ '===': [{ var: 'unlicensed' }, row.flag] })
    return { and: all }
  }
  const compiled = rows.map((row) => [row.id, rule(row)])
  return async (event) => {
    const said = facts(event)
    return compiled.filter(([, one]) => logic.apply(one, said)).map(([id]) => id)
  }
}

function jsonRules() {
  const { Engine } = require('json-rules-engine')
  const is = (fact, operator, value) => ({ fact, operator, value })
  const rule = (row) => {
    const all = [is('event', 'equal', row.event), is('item', 'equal', row.item)]
    if (row.regions) all.push(is('region', 'in', row.regions))
    if (row.area) {
      const [low, lowClosed, high, highClosed] = row.area
      if (low !== null) all.push(is('area_m2', lowClosed ? 'greaterThanInclusive' : 'greaterThan', low))
      if (high !== null) all.push(is('area_m2', highClosed ? 'lessThanInclusive' : 'lessThan', high))
    }
    if (row.risks) all.push(is('risk', 'in', row.risks))
    if (row.flag !== null) all.push(is('unlicensed', 'equal', row.flag))
    return { conditions: { all }, event: { type: row.id } }
  }
  const engine = new Engine(rows.map(rule))
  return async (event) => (await engine.run(facts(event))).events.map((one) => one.type)
}

const sorted = (ids) => [...ids].sort().join(' ')
let differences = 0
for (const [name, make] of [['GoRules Zen', zen], ['json-logic-js', jsonLogic], ['json-rules-engine', jsonRules]]) {
  const decide = make()
  let count = 0
  const start = process.cpuUsage()
  const spent = () => { const used = process.cpuUsage(start); return (used.user + used.system) / 1e6 }
  while (count < events.length && (count < 3 || spent() < seconds)) {
    const event = events[count++]
    const answer = await decide(event)
    if (sorted(answer) !== sorted(event.rows)) {
      differences++
      console.log(`${name}: ${JSON.stringify(event)} gives ${answer}`)
    }
  }
  console.log(`${name.padEnd(18)} ${(count / spent()).toFixed(1).padStart(10)} decisions a CPU second, ${count} answers compared`)
}
console.log(differences ? `${differences} answers differ` : 'all answers are the same')
process.exit(differences ? 1 : 0)
