# riposte.yaml as this deployment needs it.

locals {
  config = yamlencode(merge(
    {
      organization = {
        accounts = [{ id = data.aws_caller_identity.here.account_id, name = "this" }]
        regions  = [var.region]
        roles    = merge(module.spoke.roles, { external_id = var.external_id })
      }
      playbooks = { defaults = { mode = var.mode } }
      ledger    = "dynamodb:${module.hub.table}"
      report    = { security_hub = contains(var.tiers, "report") }
    },
    var.run_as == "daemon" ? { sources = [{ sqs = { queue_url = module.hub.queue_url, region = var.region } }] } : null,
    var.run_as == "lambda" ? { lambda = { queues = [module.hub.queue_url], wake_queue = module.hub.wake_queue_url } } : null,
  ))
}
