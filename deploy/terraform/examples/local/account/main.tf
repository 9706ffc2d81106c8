# One account that defends itself: queue, record, function, rules and roles are its own.

data "aws_caller_identity" "here" {}
data "aws_region" "here" {}
data "aws_region" "home" {
  provider = aws.home
}

locals {
  at_home = data.aws_region.here.id == data.aws_region.home.id
}

module "hub" {
  source              = "../../../modules/hub"
  run_as              = "lambda"
  lambda_zip          = var.lambda_zip
  config              = local.config
  report_bus_arn      = var.outcomes_arn
  deletion_protection = var.deletion_protection
}

module "spoke" {
  source        = "../../../modules/spoke"
  queue         = { arn = module.hub.queue_arn, dead_letter_arn = module.hub.dead_letter_arn }
  tiers         = var.tiers
  principal_arn = module.hub.principal_arn
  external_id   = var.external_id
}

module "spoke_home" {
  count         = local.at_home ? 0 : 1
  source        = "../../../modules/spoke"
  providers     = { aws = aws.home }
  bus_arn       = module.hub.bus_arn
  events        = "global"
  tiers         = []
  principal_arn = module.hub.principal_arn
  external_id   = var.external_id
}

locals {
  config = yamlencode({
    organization = {
      accounts = [{ id = data.aws_caller_identity.here.account_id }]
      regions  = distinct([data.aws_region.here.id, data.aws_region.home.id])
      roles    = merge(module.spoke.roles, { external_id = var.external_id })
    }
    playbooks = { defaults = { mode = var.mode } }
    ledger    = "dynamodb:${module.hub.table}"
    report    = { security_hub = contains(var.tiers, "report"), event_bus = var.outcomes_arn }
    lambda    = { queues = [module.hub.queue_url], wake_queue = module.hub.wake_queue_url }
  })
}
