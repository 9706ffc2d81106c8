# All other accounts: the generated template, in the home region for the roles and in each region for the rules. A new
# account of these units gets it by itself.

resource "aws_cloudformation_stack_set" "spokes" {
  name             = "riposte-spoke"
  description      = "Delivers what playbooks look at to riposte's hub, and lets riposte in."
  permission_model = "SERVICE_MANAGED"
  call_as          = "DELEGATED_ADMIN"
  template_body    = file("${path.module}/../../../cloudformation/spoke.json")
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  tags             = var.tags

  parameters = {
    HubBusArn      = module.hub.bus_arn
    PrincipalArn   = module.hub.principal_arn
    ExternalId     = var.external_id
    OrganizationId = var.organization_id
    HomeRegion     = var.home_region
    GrantAudit     = contains(var.tiers, "audit")
    GrantTag       = contains(var.tiers, "tag")
    GrantReport    = contains(var.tiers, "report")
    GrantContain   = contains(var.tiers, "contain")
    GrantMend      = contains(var.tiers, "mend")
    GrantAuthor    = contains(var.tiers, "author")
    GrantDestroy   = contains(var.tiers, "destroy")
  }
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }
  operation_preferences {
    region_order                 = local.regions # the roles are made in the home region, and the rules need one of them
    region_concurrency_type      = "SEQUENTIAL"
    max_concurrent_percentage    = 100
    failure_tolerance_percentage = 50 # one account that can't be reached does not stop the others
  }
  lifecycle {
    ignore_changes = [administration_role_arn] # StackSets fills it in
  }
}

resource "aws_cloudformation_stack_instances" "spokes" {
  stack_set_name = aws_cloudformation_stack_set.spokes.name
  regions        = local.regions
  call_as        = "DELEGATED_ADMIN"
  deployment_targets {
    organizational_unit_ids = var.unit_ids
  }
  operation_preferences {
    region_order                 = local.regions # the roles are made in the home region, and the rules need one of them
    region_concurrency_type      = "SEQUENTIAL"
    max_concurrent_percentage    = 100
    failure_tolerance_percentage = 50 # one account that can't be reached does not stop the others
  }
}

locals {
  regions = distinct(concat([var.home_region, var.region], var.regions))
}
