# riposte.yaml as this deployment needs it.

locals {
  roles = merge(
    { for t in var.tiers : t => "${trimprefix(var.role_path, "/")}riposte-${t}" },
    { external_id = var.external_id },
  )
  config = yamlencode(merge(
    {
      organization = {
        accounts = [{ id = data.aws_caller_identity.here.account_id, name = "this" }]
        regions  = distinct([var.region, var.home_region])
        roles    = local.roles
      }
      playbooks = { defaults = { mode = var.mode } }
      ledger    = "dynamodb:${module.hub.table}"
      report    = { security_hub = contains(var.tiers, "report") }
    },
    var.run_as == "daemon" ? { sources = [{ sqs = { queue_url = module.hub.queue_url, region = var.region } }] } : null,
    var.run_as == "lambda" ? { lambda = { wake_queue = module.hub.wake_queue_url } } : null,
  ))
}
