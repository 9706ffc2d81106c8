# The management account: StackSets leave it out, and no service control policy binds it. Name a role of it to defend it.

provider "aws" {
  alias  = "management"
  region = var.home_region
  dynamic "assume_role" {
    for_each = var.management_role_arn == null ? [] : [var.management_role_arn]
    content {
      role_arn = assume_role.value
    }
  }
}

module "spoke_management" {
  count           = var.management_role_arn == null ? 0 : 1
  source          = "../../modules/spoke"
  providers       = { aws = aws.management }
  bus_arn         = module.hub.bus_arn
  tiers           = var.tiers
  principal_arn   = module.hub.principal_arn
  external_id     = var.external_id
  organization_id = var.organization_id
  tags            = var.tags
}

# The guardrail: nobody but riposte takes off what riposte attached. Deploy it last; afterwards only the deployers named can
# change or destroy all this.
module "guardrail" {
  count         = length(var.guarded_ids) == 0 ? 0 : 1
  source        = "../../modules/guardrail"
  providers     = { aws = aws.management }
  target_ids    = var.guarded_ids
  deployer_arns = var.deployer_arns
  principal_arn = module.hub.principal_arn
}
