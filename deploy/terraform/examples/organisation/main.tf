# An organisation: riposte lives in an account of its own (the hub), and defends the others. Deploy from the hub's account,
# after it has become the delegated administrator for StackSets (README, "Organisation").
#
# Three ways in for accounts, each where it fits:
#   - a StackSet reaches all accounts of the units named, and those that join later        (accounts.tf)
#   - this account defends itself by the Terraform module                                 (below)
#   - the management account, which service-managed StackSets leave out, likewise          (management.tf)

provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "home"
  region = var.home_region
}

module "hub" {
  source              = "../../modules/hub"
  run_as              = var.run_as
  lambda_zip          = var.lambda_zip
  config              = var.run_as == "lambda" && var.config_location == "" ? local.config : ""
  config_location     = var.config_location
  operators           = var.operators
  organization_id     = var.organization_id
  discover            = true
  alarm_topic_arn     = var.alarm_topic_arn
  redrive_principals  = var.redrive_principals
  checkpoint_bucket   = var.checkpoint_bucket
  deletion_protection = true
  tags                = var.tags
}

module "spoke" {
  source          = "../../modules/spoke"
  queue           = { arn = module.hub.queue_arn, dead_letter_arn = module.hub.dead_letter_arn }
  tiers           = var.tiers
  principal_arn   = module.hub.principal_arn
  external_id     = var.external_id
  organization_id = var.organization_id
  tags            = var.tags
}

# In the home region, and in further ones, events go by the bus.
module "spoke_home" {
  count         = var.region == var.home_region ? 0 : 1
  source        = "../../modules/spoke"
  providers     = { aws = aws.home }
  bus_arn       = module.hub.bus_arn
  events        = contains(var.regions, var.home_region) ? "all" : "global"
  tiers         = []
  principal_arn = module.hub.principal_arn
  external_id   = var.external_id
  tags          = var.tags
}
