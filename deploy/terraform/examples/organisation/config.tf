# riposte.yaml as this deployment needs it: it observes. People, trusted issuers, modes and parameters are yours to add.

locals {
  config = yamlencode(merge(
    {
      organization = {
        discover = true
        regions  = distinct(concat([var.region], var.regions))
        roles    = merge(module.spoke.roles, { external_id = var.external_id })
      }
      playbooks = { defaults = { mode = "observe" } }
      ledger    = "dynamodb:${module.hub.table}"
      report    = { security_hub = contains(var.tiers, "report") }
    },
    var.run_as == "daemon" ? { sources = [{ sqs = { queue_url = module.hub.queue_url, region = var.region } }] } : null,
    var.run_as == "lambda" ? { lambda = { queues = [module.hub.queue_url], wake_queue = module.hub.wake_queue_url } } : null,
  ))
}

output "config" {
  description = "riposte.yaml. It holds the external id, so it is shown only on demand."
  value       = local.config
  sensitive   = true
}

output "queue_url" {
  description = "The queue that events come in by."
  value       = module.hub.queue_url
}

output "principal_arn" {
  description = "The role that riposte runs as."
  value       = module.hub.principal_arn
}
