// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Answers requests with iam-simulate, a line of JSON each: see iam_simulator.py.
import { createInterface } from 'node:readline'
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const ACCOUNT = '123456789012'
// Without the resource's own policy nobody assumes a role, or uses a key. Unless one is given, it leaves that to the
// account's policies.
const TRUST = /^(sts:(AssumeRole|TagSession|SetSourceIdentity)|kms:)/i

function simulation({ policies, limits, controls, trust: own }, [action, resource, context]) {
  const named = (documents) => documents.map((policy, place) => ({ name: `${place}`, policy }))
  const principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` }
  const trust = { Effect: 'Allow', Principal: principal, Action: action, Resource: '*' }
  return {
    request: {
      principal: context['aws:PrincipalArn'] ?? `arn:aws:iam::${ACCOUNT}:user/alice`,
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: context
    },
    identityPolicies: named(policies),
    permissionBoundaryPolicies: limits ? named(limits) : undefined,
    serviceControlPolicies: controls.map((level, place) => ({ orgIdentifier: `${place}`, policies: named(level) })),
    resourceControlPolicies: [],
    resourcePolicy: own ?? (TRUST.test(action) ? { Version: '2012-10-17', Statement: [trust] } : undefined)
  }
}

async function decide(asked, request) {
  const about = simulation(asked, request)
  // The one that checks nothing fails where a resource has a policy.
  if (!asked.real && !about.resourcePolicy) return runUnsafeSimulation(about, {}) === 'Allowed'
  const found = await runSimulation(about, {})
  if (found.resultType === 'error' && asked.real) throw new Error(JSON.stringify(found.errors))
  // Nobody can make a call that can't be.
  return found.overallResult === 'Allowed'
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  try {
    const answers = []
    for (const request of asked.requests) answers.push(await decide(asked, request))
    console.log(JSON.stringify({ answers }))
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.stack ?? error) }))
  }
}
